/// The name that was probably meant: at most two typing mistakes away (three in long names).
func nearest(to text: String, among names: [String]) -> String? {
    let limit = text.count > 12 ? 3 : 2
    let ranked = names.map { (name: $0, distance: editDistance(text, $0)) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= limit else { return nil }
    return best.name
}

/// How many characters must be added, removed or replaced to make one text of the other (Levenshtein).
func editDistance(_ one: String, _ other: String) -> Int {
    let other = Array(other)
    var row = Array(0...other.count)
    for (index, character) in one.enumerated() {
        var diagonal = row[0]
        row[0] = index + 1
        for column in other.indices {
            let replaced = diagonal + (other[column] == character ? 0 : 1)
            diagonal = row[column + 1]
            row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
        }
    }
    return row.last ?? 0
}
