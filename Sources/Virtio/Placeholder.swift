enum VirtioPlaceholder {}
