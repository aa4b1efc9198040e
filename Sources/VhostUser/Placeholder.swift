enum VhostUserPlaceholder {}
