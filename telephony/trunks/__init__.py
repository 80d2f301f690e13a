"""Lines to carriers: public rows, of the house and its cells. Who knows FreeSWITCH writes and asks its gateways."""
