-- A verdict names the edition it was given by and is judged again by that very edition, however old: so every
-- edition that was ever published stays here, and none changes. An issue is what edges were told at once.
create table rulebook_editions (
    rulebook text not null,
    version text not null,
    of_passages boolean not null,
    body text not null,
    digest text not null,
    first_us bigint not null,
    constraint rulebook_edition primary key (rulebook, version)
);

create table rulebook_issues (
    version bigint not null,
    digest text not null,
    issued_us bigint not null,
    constraint rulebook_issue primary key (version)
);

-- How the edition that an edge judged by stands to the one in force there ('in-force', 'other', 'unknown'), and
-- whether head and camera agree ('' for passages stored before they were compared).
alter table passages add column edition text not null default 'in-force';
alter table passages add column corroboration text not null default '';
