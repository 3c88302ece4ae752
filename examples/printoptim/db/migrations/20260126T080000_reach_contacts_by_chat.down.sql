-- PostgreSQL takes no value out of an enum, so the type is made anew without it.
alter table w_customer_contacts drop column fallback_channel;

update w_customer_contacts set channel = 'email' where channel = 'chat';

alter type contact_channel rename to contact_channel_with_chat;
create type contact_channel as enum ('email', 'phone', 'post');
comment on type contact_channel is 'How a contact wants to be reached.';

alter table w_customer_contacts
  alter column channel drop default,
  alter column channel type contact_channel using channel::text::contact_channel,
  alter column channel set default 'email';

drop type contact_channel_with_chat;
