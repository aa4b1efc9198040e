enum QMPPlaceholder {}
