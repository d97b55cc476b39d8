//! People's accounts, for administrators.
//!
//! Who acts for an inspection station or a repair shop has that organisation's code; who does not has none.

use std::collections::{HashMap, HashSet};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use plumewatch_shared::ids::Region;
use serde::{Deserialize, Serialize};
use server_core::access::{Operation, OrganisationCode, Role, Scope};
use server_core::audit::{Action, Entry};
use utoipa::ToSchema;

use crate::auth::oidc::EXTERNAL_ID_MAX;
use crate::auth::sign_in::NAME_MAX;
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::etag::{ETag, IfMatch, Tagged};
use crate::http::extract::{Body, Name};
use crate::http::session::{Signed, account_role};
use crate::store::accounts::AccountRow;
use crate::store::{Reading, Writing};

/// Every account.
#[derive(Serialize, ToSchema)]
pub(super) struct Accounts {
    accounts: Vec<ListedAccount>,
}

/// An account as administrators see it.
#[derive(Serialize, ToSchema)]
pub(super) struct ListedAccount {
    /// What one signs in with.
    name: String,
    /// The person's name.
    display_name: String,
    /// `admin`, `reviewer`, `enforcer`, `authority`, `inspection-station`, `repair-shop` or `auditor`.
    role: String,
    /// Six digits (GB/T 2260).
    region: String,
    /// Must the person change the password first?
    must_change_password: bool,
    /// May it sign in no more?
    disabled: bool,
    /// The inspection station or repair shop it acts for.
    organisation: Option<String>,
    /// Whom the other provider's claim must name.
    external_id: Option<String>,
    /// Has it a second factor that works?
    second_factor: bool,
}

/// A new account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAccount {
    /// 2 to 40 of `a-z 0-9 . _ -`.
    name: String,
    /// The person's name, up to 80 characters.
    display_name: String,
    /// `admin`, `reviewer`, `enforcer`, `authority`, `inspection-station`, `repair-shop` or `auditor`.
    role: String,
    /// Six digits (GB/T 2260).
    region: String,
    /// 10 to 200 characters.
    password: String,
    /// Must the person change the password first? The browser app asks for it.
    #[serde(default)]
    must_change_password: bool,
    /// The code of the inspection station or repair shop that it acts for: roles that act for one must have it, others
    /// must not.
    #[serde(default)]
    #[schema(example = json!(null))]
    organisation: Option<String>,
    /// Whom the other provider's claim must name for this account.
    #[serde(default)]
    external_id: Option<String>,
}

/// What changes of an account; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountChange {
    /// The person's name.
    display_name: Option<String>,
    /// `admin`, `reviewer`, `enforcer`, `authority`, `inspection-station`, `repair-shop` or `auditor`.
    role: Option<String>,
    /// Six digits (GB/T 2260).
    region: Option<String>,
    /// May it sign in no more?
    disabled: Option<bool>,
    /// A new password, which the person must change first.
    password: Option<String>,
    /// The inspection station or repair shop it acts for; a role that acts for none has none.
    #[schema(example = json!(null))]
    organisation: Option<String>,
    /// Whom the other provider's claim must name; empty for nobody.
    external_id: Option<String>,
}

/// Every account.
#[utoipa::path(get, path = "/accounts", tag = "accounts", responses((status = 200, body = Accounts)))]
pub(super) async fn list(State(site): State<Site>, signed: Signed) -> Result<Json<Accounts>, ApiError> {
    let scope = signed.may(Operation::ManageAccounts)?;
    let mut reading = site.store.reading().await?;
    let accounts = reading.accounts().await?;
    let mut external: HashMap<String, String> = reading.external_ids().await?.into_iter().collect();
    let factors: HashSet<String> = reading.accounts_with_second_factor().await?.into_iter().collect();
    let seen = accounts.into_iter().filter(|account| within(account, scope));
    let listed = seen.map(|account| {
        let (external_id, second_factor) = (external.remove(&account.name), factors.contains(&account.name));
        listed(account, external_id, second_factor)
    });
    Ok(Json(Accounts { accounts: listed.collect() }))
}

/// One account, with its tag for `If-Match`.
#[utoipa::path(get, path = "/accounts/{name}", tag = "accounts", params(("name" = String, Path)), responses(
    (status = 200, body = ListedAccount, headers(("ETag" = String, description = "For If-Match")))))]
pub(super) async fn detail(
    State(site): State<Site>,
    signed: Signed,
    Name(name): Name<String>,
) -> Result<Tagged<ListedAccount>, ApiError> {
    let scope = signed.may(Operation::ManageAccounts)?;
    let mut reading = site.store.reading().await?;
    let account = seen(&mut reading, &name, scope).await?;
    Ok(Tagged(full(&mut reading, account).await?))
}

/// Add an account, within one's own region.
#[utoipa::path(post, path = "/accounts", tag = "accounts", request_body = NewAccount, responses(
    (status = 201, body = ListedAccount),
    (status = 409, description = "The name or the external id is taken", body = ErrorBody)))]
pub(super) async fn add(
    State(site): State<Site>,
    signed: Signed,
    Body(new): Body<NewAccount>,
) -> Result<(StatusCode, Tagged<ListedAccount>), ApiError> {
    let scope = signed.may(Operation::ManageAccounts)?;
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b);
    if !(2..=NAME_MAX).contains(&new.name.len()) || !new.name.bytes().all(fits) {
        let en = "A name has 2 to 40 of a-z 0-9 . _ -";
        return Err(ApiError::invalid("用户名应为2至40个字符：a-z 0-9 . _ -", en));
    }
    let role = role(&new.role)?;
    let external_id = new.external_id.as_deref().map(external_id).transpose()?.flatten();
    let account = AccountRow {
        display_name: display_name(&new.display_name)?,
        role: role.word().to_owned(),
        region: region_within(&new.region, scope.0)?,
        organisation: organisation(role, new.organisation.as_deref())?,
        password_hash: site.doorman.hash(&new.password).await?,
        name: new.name,
        must_change_password: new.must_change_password,
        disabled: false,
        failed_attempts: 0,
        last_failed_us: None,
    };
    let now = site.now();
    let mut writing = site.store.writing().await?;
    if !writing.add_account(&account, now.as_microsecond()).await? {
        return Err(ApiError::conflict("name-taken", "该用户名已被使用。", "The name is taken."));
    }
    set_external_id(&mut writing, &account.name, external_id.as_deref()).await?;
    let detail = told(&account);
    writing.append_audit(entry(&site, &signed, Action::AccountAdded, &account.name, detail)).await?;
    writing.commit().await?;
    Ok((StatusCode::CREATED, Tagged(listed(account, external_id, false))))
}

/// Change an account. A changed role, region, organisation or password, and disabling, end its sessions.
#[utoipa::path(patch, path = "/accounts/{name}", tag = "accounts", params(("name" = String, Path),
    ("If-Match" = Option<String>, Header, description = "The tag that was read: the change is refused if somebody changed \
     the account meanwhile")),
    request_body = AccountChange, responses(
    (status = 200, body = ListedAccount, headers(("ETag" = String, description = "For If-Match"))),
    (status = 409, description = "It is the last administrator, or the external id is taken", body = ErrorBody),
    (status = 412, description = "Somebody has changed it meanwhile", body = ErrorBody)))]
pub(super) async fn change(
    State(site): State<Site>,
    signed: Signed,
    Name(name): Name<String>,
    condition: IfMatch,
    Body(change): Body<AccountChange>,
) -> Result<Tagged<ListedAccount>, ApiError> {
    let scope = signed.may(Operation::ManageAccounts)?;
    let hash = match &change.password {
        Some(password) => Some(site.doorman.hash(password).await?),
        None => None,
    };
    let mut writing = site.store.writing().await?;
    let before = seen(&mut writing, &name, scope).await?;
    condition.holds(&ETag::of(&full(&mut writing, before.clone()).await?))?;
    let mut after = changed(&before, &change, scope)?;
    let admin = Role::Admin.word();
    let was_admin = before.role == admin && !before.disabled;
    let is_admin = after.role == admin && !after.disabled;
    if was_admin && !is_admin && writing.active_accounts(admin).await? <= 1 {
        let (zh, en) = ("不能停用最后一个管理员。", "The last administrator cannot go.");
        return Err(ApiError::conflict("last-admin", zh, en));
    }
    writing.change_account(&after).await?;
    if let Some(text) = &change.external_id {
        set_external_id(&mut writing, &name, external_id(text)?.as_deref()).await?;
    }
    if let Some(hash) = &hash {
        writing.set_password(&name, hash, true).await?;
        after.must_change_password = true;
    }
    if reaches(&before) != reaches(&after) || hash.is_some() {
        writing.end_sessions(&name).await?;
    }
    if hash.is_some() {
        writing.append_audit(entry(&site, &signed, Action::PasswordChanged, &name, String::new())).await?;
    }
    let detail = format!("{} disabled={}", told(&after), after.disabled);
    writing.append_audit(entry(&site, &signed, Action::AccountChanged, &name, detail)).await?;
    let answer = full(&mut writing, after).await?;
    writing.commit().await?;
    Ok(Tagged(answer))
}

/// The account with what the request changes of it.
fn changed(before: &AccountRow, change: &AccountChange, scope: Scope) -> Result<AccountRow, ApiError> {
    let mut after = before.clone();
    if let Some(text) = &change.display_name {
        after.display_name = display_name(text)?;
    }
    if let Some(text) = &change.role {
        after.role = role(text)?.word().to_owned();
    }
    if let Some(text) = &change.region {
        after.region = region_within(text, scope.0)?;
    }
    let acting = role(&after.role)?;
    let given = change.organisation.as_deref().filter(|code| !code.is_empty());
    after.organisation = match (acts_for_one(acting), given) {
        // A role that acts for none loses the code of one that did.
        (false, None) => None,
        (true, None) => organisation(acting, before.organisation.as_deref())?,
        (_, Some(code)) => organisation(acting, Some(code))?,
    };
    after.disabled = change.disabled.unwrap_or(before.disabled);
    Ok(after)
}

/// What decides which records an account reaches: when it changes, its sessions end.
fn reaches(account: &AccountRow) -> (&str, i64, Option<&str>, bool) {
    (&account.role, account.region, account.organisation.as_deref(), account.disabled)
}

/// What the audit tells of an account.
fn told(account: &AccountRow) -> String {
    let organisation = account.organisation.as_deref();
    let organisation = organisation.map(|code| format!(" organisation={code}")).unwrap_or_default();
    format!("role={} region={:06}{organisation}", account.role, account.region)
}

/// The account of this name, if the administrator sees it; one of another region is as unknown as none.
pub(super) async fn seen(reading: &mut Reading, name: &str, scope: Scope) -> Result<AccountRow, ApiError> {
    let account = reading.account(name).await?.filter(|account| within(account, scope));
    account.ok_or_else(ApiError::not_found)
}

fn within(account: &AccountRow, scope: Scope) -> bool {
    account_role(account).is_some_and(|(_, Scope(region))| scope.0.contains(region))
}

/// The account with what stands beside it.
async fn full(reading: &mut Reading, account: AccountRow) -> Result<ListedAccount, ApiError> {
    let external_id = reading.external_id(&account.name).await?;
    let factor = reading.second_factor(&account.name).await?;
    Ok(listed(account, external_id, factor.is_some_and(|factor| factor.confirmed)))
}

async fn set_external_id(writing: &mut Writing, name: &str, external: Option<&str>) -> Result<(), ApiError> {
    if writing.set_external_id(name, external).await? {
        return Ok(());
    }
    let (zh, en) = ("该外部身份已属于另一个账号。", "Another account has this external id.");
    Err(ApiError::conflict("external-id-taken", zh, en))
}

fn entry(site: &Site, signed: &Signed, action: Action, subject: &str, detail: String) -> Entry {
    let (actor, subject) = (signed.name.clone(), subject.to_owned());
    Entry { at: site.now(), actor, action, subject, reason: None, detail }
}

fn listed(account: AccountRow, external_id: Option<String>, second_factor: bool) -> ListedAccount {
    ListedAccount {
        organisation: account.organisation,
        external_id,
        second_factor,
        region: format!("{:06}", account.region),
        name: account.name,
        display_name: account.display_name,
        role: account.role,
        must_change_password: account.must_change_password,
        disabled: account.disabled,
    }
}

fn display_name(text: &str) -> Result<String, ApiError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 80 || text.chars().any(char::is_control) {
        return Err(ApiError::invalid("姓名应为1至80个字符。", "A person's name has 1 to 80 characters."));
    }
    Ok(text.to_owned())
}

/// A role in a request.
pub(super) fn role(word: &str) -> Result<Role, ApiError> {
    Role::from_word(word).ok_or_else(|| {
        let words: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
        ApiError::invalid("未知的角色。", format!("The role is one of {}.", words.join(", ")))
    })
}

/// Does it act for an inspection station or a repair shop?
fn acts_for_one(role: Role) -> bool {
    matches!(role, Role::InspectionStation | Role::RepairShop)
}

/// The organisation of an account of this role: needed where the role acts for one, refused where it does not.
pub(super) fn organisation(role: Role, code: Option<&str>) -> Result<Option<String>, ApiError> {
    match (acts_for_one(role), code.filter(|code| !code.is_empty())) {
        (false, None) => Ok(None),
        (true, Some(code)) if OrganisationCode::parse(code).is_some() => Ok(Some(code.to_owned())),
        (true, Some(_)) => {
            let en = "An organisation's code has 1 to 32 of A-Z a-z 0-9 -";
            Err(ApiError::invalid("机构代码应为1至32个字符：A-Z a-z 0-9 -", en))
        }
        (true, None) => {
            let zh = "检验机构和维修站的账号必须填写机构代码。";
            let en = "An account of an inspection station or a repair shop needs the organisation's code.";
            Err(ApiError::new(StatusCode::BAD_REQUEST, "organisation-needed", zh, en))
        }
        (false, Some(_)) => {
            let zh = "该角色不代表任何机构，不能填写机构代码。";
            let en = "This role acts for no organisation; leave its code out.";
            Err(ApiError::new(StatusCode::BAD_REQUEST, "organisation-refused", zh, en))
        }
    }
}

/// Whom the other provider's claim must name; empty is nobody.
fn external_id(text: &str) -> Result<Option<String>, ApiError> {
    let text = text.trim();
    if text.len() > EXTERNAL_ID_MAX || text.chars().any(char::is_control) {
        let en = "An external id has at most 200 bytes and no control characters.";
        return Err(ApiError::invalid("外部身份最长200字节，不能含控制字符。", en));
    }
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

/// A region within the administrator's own.
pub(super) fn region_within(text: &str, own: Region) -> Result<i64, ApiError> {
    let region: Region = text.parse().map_err(|_| {
        ApiError::invalid("行政区划代码应为6位数字。", "A region has six digits (GB/T 2260).")
    })?;
    if own.contains(region) { Ok(region.code().into()) } else { Err(ApiError::forbidden()) }
}
