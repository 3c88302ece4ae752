-- A new value of an enum cannot be used by the transaction that adds it: a commit is set between the two.
alter type contact_channel add value 'chat';

alter table w_customer_contacts add column fallback_channel contact_channel not null default 'chat';

comment on column w_customer_contacts.fallback_channel is 'How to reach the contact when the first way fails.';
