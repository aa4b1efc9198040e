enum ArbiterPlaceholder {}
