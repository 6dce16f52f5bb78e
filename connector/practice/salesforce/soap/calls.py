"""What the SOAP calls do. Each takes the body as nested dicts and gives one result, or a list of them."""

from collections.abc import Callable
from typing import Any

from connector.practice.salesforce import errors, merging, saving
from connector.practice.salesforce.acts import Acts
from connector.practice.salesforce.convert import Conversion, convert
from connector.practice.salesforce.errors import Refusal
from connector.practice.salesforce.ids import to18
from connector.practice.salesforce.soap.envelope import SoapFault, listed
from connector.practice.salesforce.state import Actor

Body = dict[str, Any]
_MOST = 100


def login(core: Acts, body: Body, version: float, own_url: str) -> Body:
    """Any user of the org with the practice password, the security token behind it or not."""
    user_id = core.tokens.by_password(str(body.get("username", "")), str(body.get("password", "")))
    if user_id is None:
        message = "Invalid username, password, security token; or user locked out."
        raise SoapFault("INVALID_LOGIN", message, "LoginFault")
    urls = {kind: f"{own_url}/services/Soap/{kind}/{version}/{core.org_id[:15]}" for kind in ("m", "u")}
    return {
        "metadataServerUrl": urls["m"],
        "passwordExpired": False,
        "sandbox": bool(core.settings.sandbox),
        "serverUrl": urls["u"],
        "sessionId": core.tokens.issue(user_id),
        "userId": user_id,
        "userInfo": user_info(core, {}, user_id),
    }


def user_info(core: Acts, body: Body, user_id: str) -> Body:
    user = core.org.tables["User"].rows[user_id]
    company = core.org.tables["Organization"].rows[core.org_id]
    return {
        "organizationId": core.org_id, "organizationName": company["Name"], "profileId": user["ProfileId"],
        "sessionSecondsValid": core.settings.session_seconds, "userEmail": user["Email"],
        "userFullName": user["Name"], "userId": user_id, "userLanguage": "en_US", "userLocale": "en_US",
        "userName": user["Username"], "userTimeZone": user["TimeZoneSidKey"], "userType": user["UserType"],
        "organizationMultiCurrency": bool(core.org.tables["CurrencyType"].rows),
    }  # fmt: skip


def server_timestamp(core: Acts, body: Body, user_id: str) -> Body:
    return {"timestamp": core.org.stamp().replace("+0000", "Z")}


def logout(core: Acts, body: Body, user_id: str) -> list[Body]:
    core.tokens.revoke(str(body["_session"]))
    return []


def convert_lead(core: Acts, body: Body, user_id: str) -> list[Body]:
    """Each lead by itself: one that can't be converted leaves the others alone."""
    wishes = listed(body.get("leadConverts"))
    if len(wishes) > _MOST:
        raise Refusal(
            "EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {_MOST} records in this call"
        )
    return _each(core, wishes, lambda wish: _converted(core, wish, Actor(user_id)))


def _converted(core: Acts, wish: Body, actor: Actor) -> Body:
    lead_id = str(wish.get("leadId") or "")
    none = str(wish.get("doNotCreateOpportunity", "")).lower() == "true"
    lead = core.org.tables["Lead"].rows.get(to18(lead_id) or "")
    if wish.get("contactId") and not wish.get("accountId"):
        raise Refusal("MISSING_ARGUMENT", "accountId is required when contactId is specified", ["accountId"])
    if lead and lead["OwnerId"].startswith("00G") and not wish.get("ownerId"):
        raise Refusal("MISSING_ARGUMENT", "ownerId is required for a lead that a queue owns", ["ownerId"])
    # Without a name the deal takes the company's, as in the browser.
    name = None if none else wish.get("opportunityName") or (f"{lead['Company']}-" if lead else None)
    made = convert(
        core.org,
        Conversion(
            lead_id,
            wish.get("accountId") or None,
            wish.get("contactId") or None,
            name,
            None,
            str(wish.get("convertedStatus") or ""),
            wish.get("ownerId") or None,
            str(wish.get("overwriteLeadSource", "")).lower() == "true",
        ),
        actor,
    )
    return {
        "accountId": made["account_id"], "contactId": made["contact_id"], "leadId": made["lead_id"],
        "opportunityId": made["opportunity_id"], "success": True,
    }  # fmt: skip


def merge(core: Acts, body: Body, user_id: str) -> list[Body]:
    return _each(core, listed(body.get("request")), lambda wish: _merged(core, wish, Actor(user_id)))


def _merged(core: Acts, wish: Body, actor: Actor) -> Body:
    master = wish.get("masterRecord")
    if not isinstance(master, dict):
        raise Refusal("REQUIRED_FIELD_MISSING", "masterRecord")
    shape = core.org.shape(str(master.get("type") or ""))
    if shape is None:
        raise Refusal("INVALID_TYPE", f"sObject type '{master.get('type')}' is not supported.")
    values = {name: value for name, value in master.items() if name not in ("type", "Id", "fieldsToNull")}
    values.update({str(name): None for name in listed(master.get("fieldsToNull"))})
    losers = [str(each) for each in listed(wish.get("recordToMergeIds"))]
    moved = merging.merge(core.org, shape, str(master.get("Id") or ""), losers, values, actor)
    return {
        "id": moved.winner,
        "mergedRecordIds": moved.losers,
        "success": True,
        "updatedRelatedIds": moved.related,
    }


def undelete(core: Acts, body: Body, user_id: str) -> list[Body]:
    return _each(core, listed(body.get("ids")), lambda text: _undeleted(core, str(text), Actor(user_id)))


def _undeleted(core: Acts, text: str, actor: Actor) -> Body:
    full = to18(text) or ""
    shape = core.org.by_prefix.get(full[:3])
    row = core.org.tables[shape.name].bin.get(full) if shape else None
    if shape is None or row is None:
        raise errors.Refusal("UNDELETE_FAILED", "Entity is not in the recycle bin", [])
    saving.undelete(core.org, shape, row, actor)
    return {"id": full, "success": True}


def _each(core: Acts, wishes: list[Any], one: Callable[[Any], Body]) -> list[Body]:
    results: list[Body] = []
    for wish in wishes:
        mark = core.org.mark()
        try:
            results.append(one(wish))
        except Refusal as refusal:
            core.org.undo_to(mark)
            error = {"fields": refusal.fields or [], "message": refusal.message, "statusCode": refusal.code}
            results.append({"errors": error, "success": False})
    return results
