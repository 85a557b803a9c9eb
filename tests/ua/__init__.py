"""A SIP user agent for tests. It shares no code with the gateway: own parser, own TLS, openssl for CMS."""
