"""The SOAP API as old clients use it: log-in, and the calls that REST never got (convertLead, merge, undelete)."""
