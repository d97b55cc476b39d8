-- Who works here, and what was done. The audit is append-only: each row carries the hash of the one before,
-- and the database itself refuses to change or remove a row.
create table accounts (
    name text not null,
    display_name text not null,
    password_hash text not null,
    role text not null,
    region bigint not null,
    must_change_password boolean not null,
    disabled boolean not null,
    failed_attempts bigint not null,
    last_failed_us bigint,
    created_us bigint not null,
    constraint account_name_taken primary key (name),
    constraint account_role check (role in ('admin', 'reviewer', 'enforcer', 'authority'))
);

create table sessions (
    token_hash bytea not null primary key,
    account text not null references accounts (name),
    created_us bigint not null,
    expires_us bigint not null
);
create index sessions_account on sessions (account);
create index sessions_expiry on sessions (expires_us);

create table audit (
    number bigint not null,
    at_us bigint not null,
    actor text not null,
    action text not null,
    subject text not null,
    reason text,
    detail text not null,
    prev text not null,
    hash text not null,
    constraint audit_number primary key (number)
);
create index audit_subject on audit (subject, number);

create function audit_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'the audit is append-only';
end;
$$;
create trigger audit_never_changes before update or delete or truncate on audit
    for each statement execute function audit_is_append_only();
