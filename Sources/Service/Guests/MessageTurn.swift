/// What a VMM may still send in one turn of the reactor.
struct MessageTurn {
    /// Messages that a VMM gets before others have their turn; the poll tells again of what is left in the
    /// socket, and the guest has another turn for what was taken from it.
    static let most = 64

    /// The reactor's turns are counted from 1.
    let number: UInt64
    private(set) var left = most

    init(number: UInt64 = 0) {
        self.number = number
    }

    mutating func spend(_ messages: Int) { left -= messages }
}
