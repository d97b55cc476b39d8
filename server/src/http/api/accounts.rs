//! People's accounts, for administrators.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use plumewatch_shared::ids::Region;
use serde::{Deserialize, Serialize};
use server_core::access::{Operation, Role};
use server_core::audit::{Action, Entry};
use utoipa::ToSchema;

use crate::auth::sign_in::NAME_MAX;
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::{Body, Name};
use crate::http::session::Signed;
use crate::store::accounts::AccountRow;

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
    /// `admin`, `reviewer`, `enforcer` or `authority`.
    role: String,
    /// Six digits (GB/T 2260).
    region: String,
    /// Must the person change the password first?
    must_change_password: bool,
    /// May it sign in no more?
    disabled: bool,
}

/// A new account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAccount {
    /// 2 to 40 of `a-z 0-9 . _ -`.
    name: String,
    /// The person's name, up to 80 characters.
    display_name: String,
    /// `admin`, `reviewer`, `enforcer` or `authority`.
    role: String,
    /// Six digits (GB/T 2260).
    region: String,
    /// 10 to 200 characters.
    password: String,
    /// Must the person change the password first? The browser app asks for it.
    #[serde(default)]
    must_change_password: bool,
}

/// What changes of an account; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountChange {
    /// The person's name.
    display_name: Option<String>,
    /// `admin`, `reviewer`, `enforcer` or `authority`.
    role: Option<String>,
    /// Six digits (GB/T 2260).
    region: Option<String>,
    /// May it sign in no more?
    disabled: Option<bool>,
    /// A new password, which the person must change first.
    password: Option<String>,
}

/// Every account.
#[utoipa::path(get, path = "/accounts", tag = "accounts", responses(
    (status = 200, body = Accounts), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(super) async fn list(State(site): State<Site>, signed: Signed) -> Result<Json<Accounts>, ApiError> {
    let scope = signed.may(Operation::ManageAccounts)?;
    let accounts = site.store.reading().await?.accounts().await?;
    let seen =
        accounts.into_iter().filter(|account| region(account).is_some_and(|region| scope.0.contains(region)));
    let accounts = seen.map(listed).collect();
    Ok(Json(Accounts { accounts }))
}

/// Add an account, within one's own region.
#[utoipa::path(post, path = "/accounts", tag = "accounts", request_body = NewAccount, responses(
    (status = 201, body = ListedAccount), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody),
    (status = 409, description = "The name is taken", body = ErrorBody)))]
pub(super) async fn add(
    State(site): State<Site>,
    signed: Signed,
    Body(new): Body<NewAccount>,
) -> Result<(StatusCode, Json<ListedAccount>), ApiError> {
    let scope = signed.may(Operation::ManageAccounts)?;
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b);
    if !(2..=NAME_MAX).contains(&new.name.len()) || !new.name.bytes().all(fits) {
        let en = "A name has 2 to 40 of a-z 0-9 . _ -";
        return Err(ApiError::invalid("用户名应为2至40个字符：a-z 0-9 . _ -", en));
    }
    let account = AccountRow {
        display_name: display_name(&new.display_name)?,
        role: role(&new.role)?.word().to_owned(),
        region: region_within(&new.region, scope.0)?,
        organisation: None,
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
    let detail = format!("role={} region={:06}", account.role, account.region);
    writing.append_audit(entry(&site, &signed, Action::AccountAdded, &account.name, detail)).await?;
    writing.commit().await?;
    Ok((StatusCode::CREATED, Json(listed(account))))
}

/// Change an account. A changed role, region or password, and disabling, end its sessions.
#[utoipa::path(patch, path = "/accounts/{name}", tag = "accounts", params(("name" = String, Path)),
    request_body = AccountChange, responses(
    (status = 200, body = ListedAccount), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody),
    (status = 404, body = ErrorBody), (status = 409, description = "It is the last administrator", body = ErrorBody)))]
pub(super) async fn change(
    State(site): State<Site>,
    signed: Signed,
    Name(name): Name<String>,
    Body(change): Body<AccountChange>,
) -> Result<Json<ListedAccount>, ApiError> {
    let scope = signed.may(Operation::ManageAccounts)?;
    let hash = match &change.password {
        Some(password) => Some(site.doorman.hash(password).await?),
        None => None,
    };
    let mut writing = site.store.writing().await?;
    let before =
        writing.account(&name).await?.filter(|account| region(account).is_some_and(|r| scope.0.contains(r)));
    let before = before.ok_or_else(ApiError::not_found)?;
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
    after.disabled = change.disabled.unwrap_or(before.disabled);
    let admin = Role::Admin.word();
    let was_admin = before.role == admin && !before.disabled;
    let is_admin = after.role == admin && !after.disabled;
    if was_admin && !is_admin && writing.active_accounts(admin).await? <= 1 {
        let (zh, en) = ("不能停用最后一个管理员。", "The last administrator cannot go.");
        return Err(ApiError::conflict("last-admin", zh, en));
    }
    writing.change_account(&after).await?;
    if let Some(hash) = &hash {
        writing.set_password(&name, hash, true).await?;
        after.must_change_password = true;
    }
    let narrowed =
        (&before.role, before.region, before.disabled) != (&after.role, after.region, after.disabled);
    if narrowed || hash.is_some() {
        writing.end_sessions(&name).await?;
    }
    let detail = format!("role={} region={:06} disabled={}", after.role, after.region, after.disabled);
    if hash.is_some() {
        writing.append_audit(entry(&site, &signed, Action::PasswordChanged, &name, String::new())).await?;
    }
    writing.append_audit(entry(&site, &signed, Action::AccountChanged, &name, detail)).await?;
    writing.commit().await?;
    Ok(Json(listed(after)))
}

fn entry(site: &Site, signed: &Signed, action: Action, subject: &str, detail: String) -> Entry {
    let (actor, subject) = (signed.name.clone(), subject.to_owned());
    Entry { at: site.now(), actor, action, subject, reason: None, detail }
}

fn region(account: &AccountRow) -> Option<Region> {
    format!("{:06}", account.region).parse().ok()
}

fn listed(account: AccountRow) -> ListedAccount {
    ListedAccount {
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

fn role(word: &str) -> Result<Role, ApiError> {
    Role::from_word(word).ok_or_else(|| {
        ApiError::invalid("未知的角色。", "The role is one of admin, reviewer, enforcer, authority.")
    })
}

/// A region within the administrator's own.
fn region_within(text: &str, own: Region) -> Result<i64, ApiError> {
    let region: Region = text.parse().map_err(|_| {
        ApiError::invalid("行政区划代码应为6位数字。", "A region has six digits (GB/T 2260).")
    })?;
    if own.contains(region) { Ok(region.code().into()) } else { Err(ApiError::forbidden()) }
}
