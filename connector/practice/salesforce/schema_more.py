"""Campaigns, tasks, and the objects that tell about the org itself: profiles, permissions, record types, rules."""

from connector.practice.salesforce import schema_common as common
from connector.practice.salesforce.fields import (
    Child,
    Field,
    SObject,
    flag,
    lookup,
    number,
    picklist,
    read_only,
    text,
    typed,
)

_FIXED: dict[str, bool] = {"nillable": False, "updateable": False}


def _object(
    name: str, prefix: str, label: str, fields: list[Field], children: tuple[Child, ...] = (), writable: bool = True,
    plural: str = "",
) -> SObject:  # fmt: skip
    table = {item.name: item for item in fields}
    return SObject(name, label, plural or label + "s", prefix, table, children, writable)


def campaign() -> SObject:
    counts = ("NumberOfLeads", "NumberOfConvertedLeads", "NumberOfContacts", "NumberOfResponses")
    fields = [
        *common.identity("Campaign"),
        text("Name", "Name", 80, nillable=False, id_lookup=True, indexed=True),
        lookup("ParentId", "Parent Campaign ID", ("Campaign",)),
        picklist("Type", "Type", ("Conference", "Webinar", "Trade Show", "Email", "Advertisement", "Other")),
        picklist(
            "Status",
            "Status",
            ("Planned", "In Progress", "Completed", "Aborted"),
            default="Planned",
            defaulted=True,
        ),
        typed("date", "StartDate", "Start Date"),
        typed("date", "EndDate", "End Date"),
        number("currency", "ExpectedRevenue", "Expected Revenue"),
        number("currency", "BudgetedCost", "Budgeted Cost"),
        number("currency", "ActualCost", "Actual Cost"),
        number("double", "NumberSent", "Num Sent"),
        flag("IsActive", "Active"),
        typed("textarea", "Description", "Description", 32000),
        *(read_only(number("int", name, name, default=0, nillable=False)) for name in counts),
        *common.history(("User",)),
    ]
    return _object(
        "Campaign", "701", "Campaign", fields, (Child("CampaignMembers", "CampaignMember", "CampaignId"),)
    )


def campaign_member() -> SObject:
    fields = [
        *common.identity("Campaign Member"),
        lookup("CampaignId", "Campaign ID", ("Campaign",), **_FIXED),
        lookup("LeadId", "Lead ID", ("Lead",), updateable=False),
        lookup("ContactId", "Contact ID", ("Contact",), updateable=False),
        picklist("Status", "Status", ("Sent", "Responded"), default="Sent"),
        read_only(flag("HasResponded", "Responded")),
        read_only(typed("date", "FirstRespondedDate", "First Responded Date")),
        *common.history(),
    ]
    return _object("CampaignMember", "00v", "Campaign Member", fields)


def task() -> SObject:
    states = ("Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred")
    fields = [
        *common.identity("Activity"),
        lookup("WhoId", "Name ID", ("Contact", "Lead")),
        lookup("WhatId", "Related To ID", ("Account", "Campaign", "Opportunity")),
        text("Subject", "Subject", 255),
        typed("date", "ActivityDate", "Due Date Only"),
        picklist("Status", "Status", states, default=states[0], nillable=False, defaulted=True),
        picklist(
            "Priority",
            "Priority",
            ("High", "Normal", "Low"),
            default="Normal",
            nillable=False,
            defaulted=True,
        ),
        typed("textarea", "Description", "Description", 32000),
        read_only(flag("IsClosed", "Closed")),
        picklist("TaskSubtype", "Task Subtype", ("Task", "Email", "Call"), default="Task", updateable=False),
        *common.history(("User",)),
    ]
    return _object("Task", "00T", "Task", fields)


def _named(label: str, *more: Field) -> list[Field]:
    return [*common.identity(label), text("Name", "Name", 80, nillable=False), *more, *common.history()]


def profile() -> SObject:
    fields = _named("Profile", picklist("UserType", "User Type", ("Standard",), default="Standard"))
    return _object("Profile", "00e", "Profile", fields, writable=False)


def permission_set() -> SObject:
    fields = _named(
        "PermissionSet",
        text("Label", "Permission Set Label", 80, nillable=False),
        typed("textarea", "Description", "Description", 255),
        flag("IsOwnedByProfile", "Is Owned By Profile"),
        lookup("ProfileId", "Profile ID", ("Profile",)),
        flag("PermissionsApiEnabled", "API Enabled"),
        flag("PermissionsSendOutboundMessages", "Send Outbound Messages"),
    )
    children = (
        Child("Assignments", "PermissionSetAssignment", "PermissionSetId"),
        Child("FieldPerms", "FieldPermissions", "ParentId"),
        Child("ObjectPerms", "ObjectPermissions", "ParentId"),
    )
    return _object("PermissionSet", "0PS", "Permission Set", fields, children)


def permission_set_assignment() -> SObject:
    fields = [
        *common.identity("PermissionSetAssignment"),
        lookup("PermissionSetId", "PermissionSet ID", ("PermissionSet",), **_FIXED),
        lookup("AssigneeId", "Assignee ID", ("User",), **_FIXED),
        *common.history(),
    ]
    return _object("PermissionSetAssignment", "0Pa", "Permission Set Assignment", fields)


def field_permissions() -> SObject:
    fields = [
        *common.identity("Field Permissions"),
        lookup("ParentId", "Parent ID", ("PermissionSet",), **_FIXED),
        text("SobjectType", "Sobject Type Name", 40, **_FIXED),
        text("Field", "Field Name", 255, **_FIXED),
        flag("PermissionsRead", "Read Field"),
        flag("PermissionsEdit", "Edit Field"),
        *common.history(),
    ]
    return _object("FieldPermissions", "01k", "Field Permission", fields)


def object_permissions() -> SObject:
    granted = ("Create", "Read", "Edit", "Delete", "ViewAllRecords", "ModifyAllRecords")
    fields = [
        *common.identity("ObjectPermissions"),
        lookup("ParentId", "Parent ID", ("PermissionSet",), **_FIXED),
        text("SobjectType", "Sobject Type Name", 40, **_FIXED),
        *(flag(f"Permissions{name}", name) for name in granted),
        *common.history(),
    ]
    return _object("ObjectPermissions", "110", "Object Permission", fields)


def record_type() -> SObject:
    fields = _named(
        "Record Type",
        text("DeveloperName", "Record Type Name", 80, nillable=False),
        text("SobjectType", "SObject Type Name", 40, nillable=False),
        flag("IsActive", "Active", default=True),
        typed("textarea", "Description", "Description", 255),
    )
    return _object("RecordType", "012", "Record Type", fields, writable=False)


def queue_sobject() -> SObject:
    fields = [
        *common.identity("Queue Sobject"),
        lookup("QueueId", "Group ID", ("Group",), relationship="Queue"),
        text("SobjectType", "Sobject Type", 40),
        *common.history(),
    ]
    return _object("QueueSobject", "03g", "Queue Sobject", fields)


def group_member() -> SObject:
    fields = [
        *common.identity("Group Member"),
        lookup("GroupId", "Group ID", ("Group",)),
        lookup("UserOrGroupId", "User/Group ID", ("User", "Group")),
        *common.history(),
    ]
    return _object("GroupMember", "011", "Group Member", fields)


def currency_type() -> SObject:
    fields = [
        *common.identity("Currency Type"),
        text("IsoCode", "Currency ISO Code", 3, nillable=False),
        number("double", "ConversionRate", "Conversion Rate", 18, 6),
        number("int", "DecimalPlaces", "Decimal Places"),
        flag("IsActive", "Active", default=True),
        flag("IsCorporate", "Is Corporate Currency"),
        *common.history(),
    ]
    return _object("CurrencyType", "01L", "Currency Type", fields, writable=False)


def duplicate_rule() -> SObject:
    fields = [
        *common.identity("Duplicate Rule"),
        text("DeveloperName", "Object Name", 80),
        text("MasterLabel", "Rule Name", 80),
        text("SobjectType", "Object", 40),
        flag("IsActive", "Active", default=True),
        *common.history(),
    ]
    return _object("DuplicateRule", "0Bm", "Duplicate Rule", fields, writable=False)


def assignment_rule() -> SObject:
    fields = _named("Rule", text("SobjectType", "SObject Type", 40), flag("Active", "Active"))
    return _object("AssignmentRule", "01Q", "Assignment Rule", fields, writable=False)


def apex_trigger() -> SObject:
    moments = ("BeforeInsert", "BeforeUpdate", "AfterInsert", "AfterUpdate", "BeforeDelete", "AfterDelete")
    fields = _named(
        "Apex Trigger",
        text("TableEnumOrId", "Custom Object Definition ID", 40),
        picklist("Status", "Status", ("Active", "Inactive", "Deleted"), default="Active"),
        *(flag(f"Usage{moment}", moment) for moment in moments),
    )
    return _object("ApexTrigger", "01q", "Apex Trigger", fields, writable=False)


def flow_view() -> SObject:
    fields = [
        *common.identity("Flow"),
        text("ApiName", "Flow API Name", 80),
        text("Label", "Flow Label", 255),
        text("ProcessType", "Process Type", 40),
        text("TriggerType", "Trigger", 40),
        text("RecordTriggerType", "Record Trigger", 40),
        number("int", "VersionNumber", "Version Number"),
        text("TriggerObjectOrEventLabel", "Triggering Object", 80),
        flag("IsActive", "Active"),
        *common.history(),
    ]
    return _object("FlowDefinitionView", "300", "Flow Definition View", fields, writable=False)


ALL = (
    campaign, campaign_member, task, profile, permission_set, permission_set_assignment, field_permissions,
    object_permissions, record_type, queue_sobject, group_member, currency_type, duplicate_rule, assignment_rule,
    apex_trigger, flow_view,
)  # fmt: skip
