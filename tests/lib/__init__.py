"""What the suites share: keys, processes, namespaces, receivers, and the count of results."""
