"""What the doctor looks at, one concern a file: each function gives Findings and writes nothing."""
