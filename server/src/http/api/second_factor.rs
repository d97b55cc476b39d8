//! The second factor: one's own, and that of somebody whose device is lost.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use server_core::access::Operation;
use utoipa::ToSchema;

use super::accounts::seen;
use super::wanted::reason;
use crate::auth::factor_setup::{self, FactorError};
use crate::auth::sign_in::Attempt;
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::{Body, Name};
use crate::http::idempotency::NeverKept;
use crate::http::session::Signed;

/// How one's second factor stands.
#[derive(Serialize, ToSchema)]
pub(super) struct FactorState {
    /// Is there one that works?
    set: bool,
    /// Since when.
    set_utc_us: Option<i64>,
    /// Recovery codes that are left.
    recovery_codes_left: i64,
    /// Must accounts of this role have one?
    required: bool,
}

/// What one's device must be told.
#[derive(Serialize, ToSchema)]
pub(super) struct FactorSetup {
    /// To be typed where no camera is: base32.
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    secret: String,
    /// What the picture says.
    #[schema(
        example = "otpauth://totp/Plumewatch:li.wei?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Plumewatch"
    )]
    uri: String,
    /// The picture, SVG.
    #[schema(example = "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>")]
    qr_svg: String,
}

/// One's password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Password {
    password: String,
}

/// A code of one's device.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Code {
    /// Six digits.
    code: String,
}

/// One's password and a code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordAndCode {
    password: String,
    /// Six digits, or a recovery code.
    code: String,
}

/// Codes for when the device is lost. They are shown once.
#[derive(Serialize, ToSchema)]
pub(super) struct RecoveryCodes {
    /// Each is good once.
    #[schema(example = json!(["k7mp-29xw-qh4c-tz8n"]))]
    recovery_codes: Vec<String>,
}

/// Why something is done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Why {
    /// 1 to 500 characters.
    pub(super) reason: String,
}

/// How one's second factor stands.
#[utoipa::path(get, path = "/session/second-factor", tag = "session", responses((status = 200, body = FactorState)))]
pub(super) async fn state(State(site): State<Site>, signed: Signed) -> Result<Json<FactorState>, ApiError> {
    signed.person()?;
    let mut reading = site.store.reading().await?;
    let factor = reading.second_factor(&signed.name).await?.filter(|factor| factor.confirmed);
    Ok(Json(FactorState {
        set: factor.is_some(),
        set_utc_us: factor.map(|factor| factor.set_us),
        recovery_codes_left: reading.recovery_codes_left(&signed.name).await?,
        required: required(&site, &signed),
    }))
}

fn required(site: &Site, signed: &Signed) -> bool {
    site.http.second_factor.required_for.iter().any(|required| required.0 == signed.role)
}

/// Begin to set a second factor up. It counts once a code of it is confirmed; until then it may be begun again.
#[utoipa::path(post, path = "/session/second-factor", tag = "session", request_body = Password, responses(
    (status = 200, body = FactorSetup),
    (status = 401, description = "The password is wrong", body = ErrorBody),
    (status = 409, description = "There is one", body = ErrorBody)))]
pub(super) async fn begin(
    State(site): State<Site>,
    signed: Signed,
    Body(given): Body<Password>,
) -> Result<impl IntoResponse, ApiError> {
    signed.person()?;
    let attempt = Attempt { name: &signed.name, password: &given.password, code: None };
    let setup = factor_setup::begin(&site.store, &site.doorman, attempt, site.now()).await?;
    let (secret, uri, qr_svg) = (setup.secret_base32, setup.uri, setup.qr_svg);
    Ok((Extension(NeverKept), Json(FactorSetup { secret, uri, qr_svg })))
}

/// Confirm it by a code. Every other session of the account ends; recovery codes are given once.
#[utoipa::path(post, path = "/session/second-factor/confirm", tag = "session", request_body = Code, responses(
    (status = 200, body = RecoveryCodes),
    (status = 401, description = "The code is wrong or was used", body = ErrorBody),
    (status = 409, description = "There is one, or none was begun", body = ErrorBody)))]
pub(super) async fn confirm(
    State(site): State<Site>,
    signed: Signed,
    Body(given): Body<Code>,
) -> Result<impl IntoResponse, ApiError> {
    let (session, _) = signed.person()?;
    let who = (&*signed.name, session);
    let recovery_codes = factor_setup::confirm(&site.store, who, &given.code, site.now()).await?;
    Ok((Extension(NeverKept), Json(RecoveryCodes { recovery_codes })))
}

/// Remove one's own, by password and code.
#[utoipa::path(delete, path = "/session/second-factor", tag = "session", request_body = PasswordAndCode, responses(
    (status = 204),
    (status = 401, description = "Password or code are wrong", body = ErrorBody),
    (status = 409, description = "There is none, or the account must have one", body = ErrorBody)))]
pub(super) async fn remove(
    State(site): State<Site>,
    signed: Signed,
    Body(given): Body<PasswordAndCode>,
) -> Result<StatusCode, ApiError> {
    signed.person()?;
    if required(&site, &signed) {
        let zh = "您的角色必须使用两步验证，不能移除。";
        let en = "Accounts of your role must have a second factor.";
        return Err(ApiError::conflict("second-factor-required", zh, en));
    }
    let attempt = Attempt { name: &signed.name, password: &given.password, code: Some(&given.code) };
    factor_setup::remove_own(&site.store, &site.doorman, attempt, site.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove the second factor of somebody whose device is lost. Every session of the account ends.
#[utoipa::path(delete, path = "/accounts/{name}/second-factor", tag = "accounts", params(("name" = String, Path)),
    request_body = Why, responses(
    (status = 204), (status = 409, description = "There is none", body = ErrorBody)))]
pub(super) async fn remove_of(
    State(site): State<Site>,
    signed: Signed,
    Name(name): Name<String>,
    Body(why): Body<Why>,
) -> Result<StatusCode, ApiError> {
    let scope = signed.may(Operation::ManageAccounts)?;
    seen(&mut site.store.reading().await?, &name, scope).await?;
    let why = reason(&why.reason)?;
    factor_setup::remove_of(&site.store, &name, &signed.name, why.as_str(), site.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<FactorError> for ApiError {
    fn from(error: FactorError) -> Self {
        match error {
            FactorError::Exists => {
                Self::conflict("second-factor-set", "已设置两步验证。", "There is a second factor already.")
            }
            FactorError::Missing => {
                Self::conflict("no-second-factor", "尚未设置两步验证。", "There is no second factor.")
            }
            FactorError::Name => Self::internal(),
            FactorError::SignIn(error) => error.into(),
        }
    }
}
