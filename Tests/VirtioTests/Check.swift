import Testing

/// `#expect` for what it cannot take apart: calls on values that cannot be copied.
func check(_ condition: Bool, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation) {
    if !condition { Issue.record(comment ?? "expectation failed", sourceLocation: sourceLocation) }
}
