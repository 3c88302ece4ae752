alter table w_devices drop column note;
