/// Which guests there are, and where each lives.
struct GuestDirectory: Sendable {
    struct Place: Sendable {
        let reactor: Int
        /// Its number there.
        let index: Int
    }

    /// In the order in which they came.
    private(set) var names: [String] = []
    /// By name; `nil`: it is being made.
    private var places: [String: Place?] = [:]
    private var reactorOf: [String: Int] = [:]
    /// How many guests each reactor has.
    private var loads: [Int]

    init(reactors: Int) {
        loads = [Int](repeating: 0, count: reactors)
    }

    func place(of name: String) -> Place? { places[name] ?? nil }

    /// Guests that are served, in the order in which they came.
    var inOrder: [Place] { names.compactMap { place(of: $0) } }

    /// Takes a name.
    ///
    /// - Returns: the reactor that has the fewest guests; `nil` if there is a guest of that name.
    mutating func reserve(_ name: String) -> Int? {
        guard reactorOf[name] == nil, let least = loads.min(), let reactor = loads.firstIndex(of: least) else {
            return nil
        }
        loads[reactor] += 1
        reactorOf[name] = reactor
        places[name] = .some(nil)
        names.append(name)
        return reactor
    }

    /// The guest is served.
    mutating func settle(_ name: String, at index: Int) {
        guard let reactor = reactorOf[name] else { return }
        places[name] = Place(reactor: reactor, index: index)
    }

    mutating func remove(_ name: String) {
        guard let reactor = reactorOf.removeValue(forKey: name) else { return }
        loads[reactor] -= 1
        places[name] = nil
        names.removeAll { $0 == name }
    }
}
