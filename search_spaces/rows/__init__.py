"""Settings that spaces build on."""
