alter table w_order_lines drop constraint w_order_lines_small;

drop table order_limits;
