-- Accounts of inspection stations, repair shops and auditors. `organisation` is the code in the register that an
-- account acts for; the roles that act for one must have it, the others must not.
-- SQLite changes no check: the table is made anew, and who was signed in signs in again.
delete from sessions;
create table accounts_new (
    name text not null,
    display_name text not null,
    password_hash text not null,
    role text not null,
    region bigint not null,
    organisation text,
    must_change_password boolean not null,
    disabled boolean not null,
    failed_attempts bigint not null,
    last_failed_us bigint,
    created_us bigint not null,
    constraint account_name_taken primary key (name),
    constraint account_role check (role in
        ('admin', 'reviewer', 'enforcer', 'authority', 'inspection-station', 'repair-shop', 'auditor')),
    constraint account_organisation check
        ((role in ('inspection-station', 'repair-shop')) = (organisation is not null))
);
insert into accounts_new (name, display_name, password_hash, role, region, must_change_password, disabled,
                          failed_attempts, last_failed_us, created_us)
select name, display_name, password_hash, role, region, must_change_password, disabled, failed_attempts,
       last_failed_us, created_us from accounts;
drop table accounts;
alter table accounts_new rename to accounts;
