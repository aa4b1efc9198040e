/// Those who can free memory when an allocation has failed, in order of priority.
///
/// It is a value of fixed size: registering and calling allocate nothing.
public struct OOMChain<System: ~Copyable & OOMSystem> {
    /// Frees pages of 4096 bytes, about as many as asked or some more; answers how many. It must not allocate.
    public typealias Callback = (inout System, _ pages: Int) -> Int

    /// Callbacks that a chain can take.
    public static var limit: Int { 8 }

    struct Link {
        var priority: Int
        var callback: Callback
    }

    private var links = InlineArray<8, Link?>(repeating: nil)
    private(set) var count = 0
    var isRunning = false

    /// A chain without callbacks.
    public init() {}

    /// Adds a callback; those of higher priority are called first, among equals the one that came first.
    ///
    /// - Parameters:
    ///   - priority: any number.
    ///   - callback: a function without captured values.
    /// - Returns: false if the chain is full.
    public mutating func register(priority: Int, _ callback: @escaping Callback) -> Bool {
        guard count < Self.limit else { return false }
        var place = count
        while place > 0, let before = links[place - 1], before.priority < priority {
            links[place] = before
            place -= 1
        }
        links[place] = Link(priority: priority, callback: callback)
        count += 1
        return true
    }

    func callback(_ index: Int) -> Callback? { links[index]?.callback }
}

/// A system whose allocator asks others before it gives up.
public protocol OOMSystem: ~Copyable {
    /// Those who are asked.
    var oomChain: OOMChain<Self> { get set }
}

extension OOMSystem where Self: ~Copyable {
    /// Calls the chain until `pages` pages of 4 KiB are free or nobody has more. The allocation is then tried again.
    ///
    /// - Returns: pages freed; 0 also when it is called from within itself.
    public mutating func relieve(pages: Int) -> Int {
        guard !oomChain.isRunning, pages > 0 else { return 0 }
        oomChain.isRunning = true
        var freed = 0
        var index = 0
        while freed < pages, index < oomChain.count {
            if let callback = oomChain.callback(index) { freed += max(0, callback(&self, pages - freed)) }
            index += 1
        }
        oomChain.isRunning = false
        return freed
    }
}
