"""What came out: records → statistics → table. Reads; never launches anything."""
