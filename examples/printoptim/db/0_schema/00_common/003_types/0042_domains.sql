create domain email_address as citext
  constraint email_address_has_an_at check (value ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$');
comment on domain email_address is 'An e-mail address; case does not count.';

create domain money_amount as numeric(14, 2)
  constraint money_amount_not_negative check (value >= 0);
comment on domain money_amount is 'An amount in the tenant''s currency.';

create domain positive_quantity as integer
  constraint positive_quantity_positive check (value > 0);
comment on domain positive_quantity is 'How many pieces: one or more.';

create domain country_code as char(2)
  constraint country_code_iso check (value ~ '^[A-Z]{2}$');
comment on domain country_code is 'ISO 3166-1 alpha-2.';

create domain currency_code as char(3)
  constraint currency_code_iso check (value ~ '^[A-Z]{3}$');
comment on domain currency_code is 'ISO 4217.';
