/// The newest of what was written and not yet fetched; what is too old is dropped.
struct Recent<Element: Sendable>: Sendable {
    private let capacity: Int
    private var elements: [Element] = []
    private var start = 0
    private var unread = 0

    init(capacity: Int) { self.capacity = capacity }

    mutating func append(_ element: Element) {
        if elements.count < capacity {
            elements.append(element)
            unread += 1
            return
        }
        if unread == capacity {
            elements[start] = element
            start = (start + 1) % capacity
        } else {
            elements[(start + unread) % capacity] = element
            unread += 1
        }
    }

    /// The newest one that was not fetched yet.
    var last: Element? {
        get { unread > 0 ? elements[lastPlace] : nil }
        set { if let newValue, unread > 0 { elements[lastPlace] = newValue } }
    }

    private var lastPlace: Int { (start + unread - 1) % capacity }

    mutating func next() -> Element? {
        guard unread > 0 else { return nil }
        let element = elements[start]
        unread -= 1
        start += 1
        if unread == 0 {
            elements.removeAll(keepingCapacity: true)
            start = 0
        } else if start == capacity {
            start = 0
        }
        return element
    }
}

extension Recent: Codable where Element: Codable {}
