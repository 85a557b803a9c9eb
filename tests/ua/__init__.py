"""A SIP user agent for tests that shares no code with the gateway; openssl does its CMS."""
