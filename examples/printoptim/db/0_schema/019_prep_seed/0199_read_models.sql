call refresh_read_models();
