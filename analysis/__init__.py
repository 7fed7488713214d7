"""What came out: records → statistics → table, figures, report. Never launches anything."""
