"""Deployment packages for tests: the parts, the zip, the form, and the deployment itself."""

import io
import zipfile
from typing import Any

import orjson

from connector.practice.http import Response

from .conftest import Caller

NS = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
FIELD = (
    "<fields><fullName>Grade__c</fullName><label>Grade</label><type>Picklist</type><valueSet><restricted>true</restricted>"
    "<valueSetDefinition><sorted>false</sorted><value><fullName>A</fullName><default>false</default><label>Best</label>"
    "</value><value><fullName>B</fullName><default>false</default><label>Good</label></value></valueSetDefinition>"
    "</valueSet></fields>"
)
KEY = (
    "<fields><fullName>Key__c</fullName><label>Key</label><type>Text</type><length>40</length><externalId>true</externalId>"
    "<unique>true</unique><caseSensitive>true</caseSensitive></fields>"
)
RULE = (
    "<validationRules><fullName>Needs_Grade</fullName><active>true</active><errorConditionFormula>AND(ISPICKVAL(Status, "
    '"Accepted"), ISBLANK(TEXT(Grade__c)))</errorConditionFormula><errorDisplayField>Grade__c</errorDisplayField>'
    "<errorMessage>Grade it first.</errorMessage></validationRules>"
)
SET = (
    f"<PermissionSet {NS}><label>Accord</label><hasActivationRequired>false</hasActivationRequired>"
    "<fieldPermissions><editable>true</editable><field>Lead.Grade__c</field><readable>true</readable></fieldPermissions>"
    "<fieldPermissions><editable>true</editable><field>Lead.Key__c</field><readable>true</readable></fieldPermissions>"
    "<objectPermissions><allowCreate>true</allowCreate><allowDelete>false</allowDelete><allowEdit>true</allowEdit>"
    "<allowRead>true</allowRead><modifyAllRecords>false</modifyAllRecords><object>Lead</object>"
    "<viewAllRecords>false</viewAllRecords></objectPermissions></PermissionSet>"
)
MESSAGE = (
    "<outboundMessages><fullName>To_Accord</fullName><apiVersion>66.0</apiVersion><endpointUrl>https://accord.example.com/om"
    "</endpointUrl><fields>Email</fields><fields>Id</fields><includeSessionId>false</includeSessionId>"
    "<integrationUser>accord.integration@practice.example.com</integrationUser><name>To Accord</name>"
    "<protected>false</protected><useDeadLetterQueue>false</useDeadLetterQueue></outboundMessages>"
)
FLOW = (
    "<Flow {ns}><actionCalls><name>Send</name><label>Send</label><actionName>Lead.To_Accord</actionName>"
    "<actionType>outboundMessage</actionType></actionCalls><apiVersion>66.0</apiVersion><label>Tell Accord</label>"
    "<processType>AutoLaunchedFlow</processType><start><connector><targetReference>Send</targetReference></connector>"
    "<object>Lead</object><recordTriggerType>CreateAndUpdate</recordTriggerType><triggerType>RecordAfterSave</triggerType>"
    "<filterLogic>and</filterLogic><filters><field>City</field><operator>EqualTo</operator><value><stringValue>Rome"
    "</stringValue></value></filters></start><status>{status}</status></Flow>"
)


def manifest(*members: tuple[str, str]) -> str:
    types = "".join(f"<types><members>{name}</members><name>{kind}</name></types>" for kind, name in members)
    return f"<Package {NS}>{types}<version>66.0</version></Package>"


def zipped(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def form(package: bytes, **options: Any) -> tuple[str, bytes]:
    told = orjson.dumps({"deployOptions": {"rollbackOnError": True, "singlePackage": True, **options}})
    parts = [
        b'--xyz\r\nContent-Disposition: form-data; name="json"\r\nContent-Type: application/json\r\n\r\n'
        + told,
        b'\r\n--xyz\r\nContent-Disposition: form-data; name="file"; filename="d.zip"\r\nContent-Type: application/zip'
        b"\r\nContent-Transfer-Encoding: binary\r\n\r\n" + package,
        b"\r\n--xyz--\r\n",
    ]
    return "multipart/form-data; boundary=xyz", b"".join(parts)


def deploy(call: Caller, package: bytes, **options: Any) -> dict[str, Any]:
    kind, body = form(package, **options)
    made: Response = call("POST", "metadata/deployRequest", body, Content_Type=kind)
    assert made.status == 201, made.body
    assert made.json()["deployResult"]["status"] == "Pending"
    told = call("GET", f"metadata/deployRequest/{made.json()['id']}?includeDetails=true").json()
    return dict(told["deployResult"])


def lead_object(*parts: str) -> dict[str, str]:
    return {"objects/Lead.object": f"<CustomObject {NS}>{''.join(parts)}</CustomObject>"}


def whole() -> bytes:
    members = (
        ("CustomField", "Lead.Grade__c"), ("CustomField", "Lead.Key__c"), ("ValidationRule", "Lead.Needs_Grade"),
        ("PermissionSet", "Accord"), ("WorkflowOutboundMessage", "Lead.To_Accord"), ("Flow", "Tell_Accord"),
    )  # fmt: skip
    return zipped(**{
        "package.xml": manifest(*members), **lead_object(FIELD, KEY, RULE), "permissionsets/Accord.permissionset": SET,
        "workflows/Lead.workflow": f"<Workflow {NS}>{MESSAGE}</Workflow>",
        "flows/Tell_Accord.flow": FLOW.format(ns=NS, status="Active"),
    })  # fmt: skip


def member(name: str, object_: str, channel: str = "ChangeEvents") -> bytes:
    """A package that selects an object for Change Data Capture."""
    text = (
        f"<PlatformEventChannelMember {NS}><eventChannel>{channel}</eventChannel>"
        f"<selectedEntity>{object_}ChangeEvent</selectedEntity></PlatformEventChannelMember>"
    )
    path = f"platformEventChannelMembers/{name}.platformEventChannelMember"
    return zipped(**{"package.xml": manifest(("PlatformEventChannelMember", name)), path: text})
