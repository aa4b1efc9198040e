/// A value that its key cannot take; the place is added by the reader.
struct ValueError: Error {
    let sentence: String

    init(_ sentence: String) {
        self.sentence = sentence
    }
}
