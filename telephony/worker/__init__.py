"""The telephony worker: the one writer of a cell's live calls, from the switch's word to the offer."""
