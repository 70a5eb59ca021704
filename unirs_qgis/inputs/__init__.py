"""What is looked at: layers, dates and the panel of the dock that shows them."""
