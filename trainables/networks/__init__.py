"""Networks, each written once: for one model, or stacked for N of them."""
