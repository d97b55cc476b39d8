-- How people and programs prove who they are: sessions that can be listed and ended one by one, a second factor, sign-in
-- by another provider, keys of stations' and shops' own programs; and answers kept so that an upload repeated is not
-- done twice. Sessions get columns that the old ones cannot fill: who was signed in signs in again.
drop table sessions;
create table sessions (
    -- What the person and the administrator name it by; tells nothing of the token.
    id text not null,
    token_hash blob not null primary key,
    account text not null references accounts (name),
    way text not null,
    created_us bigint not null,
    expires_us bigint not null,
    -- To some minutes: not every request writes.
    last_used_us bigint not null,
    address text not null,
    program text not null,
    constraint session_id_taken unique (id),
    constraint session_way check (way in ('password', 'password-and-code', 'oidc'))
);
create index sessions_account on sessions (account);
create index sessions_expiry on sessions (expires_us);

-- Whom the other provider means: the value of its configured claim. No account is made of a claim.
alter table accounts add column external_id text;
create unique index account_external_id_taken on accounts (external_id);

create table second_factors (
    account text not null primary key references accounts (name),
    secret blob not null,
    -- Set up, but not yet shown to work.
    confirmed boolean not null,
    -- The time step of the last code used: RFC 6238, 5.2 lets a code be used once.
    last_step bigint not null,
    set_us bigint not null
);

create table recovery_codes (
    account text not null references second_factors (account) on delete cascade,
    code_hash blob not null,
    primary key (account, code_hash)
);

create table oidc_attempts (
    state_hash blob not null primary key,
    nonce text not null,
    verifier text not null,
    begun_us bigint not null
);

create table api_keys (
    id text not null primary key,
    label text not null,
    key_hash blob not null,
    role text not null,
    organisation text not null,
    region bigint not null,
    created_us bigint not null,
    created_by text not null,
    expires_us bigint not null,
    last_used_us bigint,
    revoked_us bigint,
    revoked_by text,
    constraint api_key_hash_taken unique (key_hash),
    constraint api_key_role check (role in ('inspection-station', 'repair-shop'))
);
create index api_keys_organisation on api_keys (organisation, role);

-- A row without a status is a request under way.
create table idempotency (
    actor text not null,
    idempotency_key text not null,
    fingerprint blob not null,
    begun_us bigint not null,
    status bigint,
    content_type text,
    body blob,
    primary key (actor, idempotency_key)
);
create index idempotency_age on idempotency (begun_us);

-- The audit is searched by who and what.
create index audit_actor on audit (actor, number);
create index audit_action on audit (action, number);
