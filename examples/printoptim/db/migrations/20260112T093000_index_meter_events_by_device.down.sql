drop index w_meter_events_by_device;
