"""Identity and staleness: code hashes, fingerprints, stamps of published files, guards."""
