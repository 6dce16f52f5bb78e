"""One metadata package with everything that Accord needs in an org, in the format of the Metadata API (``mdapi``)."""

from connector.adapters.salesforce.metadata.package import Org, package, removal, zipped

__all__ = ["Org", "package", "removal", "zipped"]
