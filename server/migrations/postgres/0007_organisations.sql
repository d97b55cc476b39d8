-- Accounts of inspection stations, repair shops and auditors. `organisation` is the code in the register that an
-- account acts for; the roles that act for one must have it, the others must not.
alter table accounts add column organisation text;
alter table accounts drop constraint account_role;
alter table accounts add constraint account_role check (role in
    ('admin', 'reviewer', 'enforcer', 'authority', 'inspection-station', 'repair-shop', 'auditor'));
alter table accounts add constraint account_organisation check
    ((role in ('inspection-station', 'repair-shop')) = (organisation is not null));
