import TestSupport
import Balloon
import BalloonDriver

/// Who has each page of the machine's memory. It notes the first thing that goes wrong.
final class PageTable {
    enum Owner: UInt8 {
        case free
        /// The guest's own programs.
        case guest
        /// The driver has it: in the balloon, or on the way in or out.
        case driver
        /// Taken off the free list for hinting or reporting.
        case isolated
    }

    /// What the device may do with a page, as far as the queues say.
    enum Claim: UInt8 {
        case none
        /// In an inflate message that is not acknowledged.
        case inflating
        /// Its inflation is acknowledged.
        case held
        /// In a deflate message that is not acknowledged.
        case deflating
    }

    let frames: PageRun
    private let owners: UnsafeMutablePointer<Owner>
    private let claims: UnsafeMutablePointer<Claim>
    /// In a report that is not acknowledged.
    private let reported: UnsafeMutablePointer<Bool>
    /// The word that fills a page, as far as anyone wrote or discarded it.
    private let contents: UnsafeMutablePointer<UInt32>
    private let places: UnsafeMutablePointer<Int32>
    private var freeList: [UInt32] = []
    private(set) var counts = [Int](repeating: 0, count: 4)
    private(set) var claimCounts = [Int](repeating: 0, count: 4)
    /// Pages whose deflation is acknowledged and which the driver has not freed.
    private(set) var returnable = 0
    private(set) var wrong: String?
    /// Whether MUST_TELL_HOST binds the driver.
    var mustTellHost = false
    var random: SeededGenerator

    init(frames: PageRun, poison: UInt32?, random: SeededGenerator) {
        self.frames = frames
        self.random = random
        let count = Int(frames.count)
        owners = .allocate(capacity: count)
        owners.initialize(repeating: .free, count: count)
        claims = .allocate(capacity: count)
        claims.initialize(repeating: .none, count: count)
        reported = .allocate(capacity: count)
        reported.initialize(repeating: false, count: count)
        contents = .allocate(capacity: count)
        contents.initialize(repeating: poison ?? 0, count: count)
        places = .allocate(capacity: count)
        places.initialize(repeating: -1, count: count)
        for page in 0..<count { append(UInt32(page)) }
        counts[0] = count
        claimCounts[0] = count
    }

    deinit {
        owners.deallocate()
        claims.deallocate()
        reported.deallocate()
        contents.deallocate()
        places.deallocate()
    }

    func fail(_ text: String) { if wrong == nil { wrong = text } }

    private func index(_ page: UInt64) -> Int? {
        guard page >= frames.start, page < frames.end else { return nil }
        return Int(page - frames.start)
    }

    // MARK: - Owners

    var freeCount: Int { freeList.count }
    func count(_ owner: Owner) -> Int { counts[Int(owner.rawValue)] }
    func owner(of page: UInt64) -> Owner? { index(page).map { owners[$0] } }

    private func setOwner(_ index: Int, _ owner: Owner) {
        counts[Int(owners[index].rawValue)] -= 1
        counts[Int(owner.rawValue)] += 1
        owners[index] = owner
    }

    private func append(_ index: UInt32) {
        places[Int(index)] = Int32(freeList.count)
        freeList.append(index)
    }

    private func removeFromFreeList(_ index: Int) {
        let place = Int(places[index])
        let last = freeList.removeLast()
        if place < freeList.count {
            freeList[place] = last
            places[Int(last)] = Int32(place)
        }
        places[index] = -1
    }

    /// Takes any free page.
    func takeAny(_ owner: Owner) -> UInt32? {
        guard !freeList.isEmpty else { return nil }
        let index = Int(freeList[random.below(freeList.count)])
        removeFromFreeList(index)
        setOwner(index, owner)
        if owner == .guest, reported[index] { fail("page \(index) is used while a report of it is out (spec D39)") }
        return UInt32(frames.start) + UInt32(index)
    }

    func take(_ page: UInt64, _ owner: Owner) {
        guard let index = index(page), owners[index] == .free else { return fail("page \(page) is not free") }
        removeFromFreeList(index)
        setOwner(index, owner)
    }

    func put(_ page: UInt64, from owner: Owner) {
        guard let index = index(page) else { return fail("page \(page) is none of ours") }
        guard owners[index] == owner else {
            return fail("page \(page) is freed by \(owner) and belongs to \(owners[index])")
        }
        if owner == .driver {
            switch claims[index] {
            case .inflating: fail("page \(page) is freed before its inflation is acknowledged (spec D12)")
            case .held: fail("page \(page) is freed without a deflation (spec D9)")
            case .deflating where mustTellHost: fail("page \(page) is freed before the host answered (spec D10)")
            case .deflating: break
            case .none: returnable -= 1
            }
        }
        if reported[index] { fail("page \(page) is put back while a report of it is out (spec D39)") }
        setOwner(index, .free)
        append(UInt32(index))
    }

    /// Puts a page back that the driver was offered and did not take.
    func putUnused(_ page: UInt64) {
        returnable += 1
        put(page, from: .driver)
    }

    // MARK: - Claims

    func claims(_ claim: Claim) -> Int { claimCounts[Int(claim.rawValue)] }

    private func setClaim(_ index: Int, _ claim: Claim) {
        claimCounts[Int(claims[index].rawValue)] -= 1
        claimCounts[Int(claim.rawValue)] += 1
        claims[index] = claim
    }

    /// The driver sent a page, or the device acknowledged it.
    func move(_ page: UInt64, from old: Claim, to new: Claim) {
        guard let index = index(page) else { return fail("page \(page) is none of ours") }
        guard claims[index] == old else {
            return fail("page \(page) goes from \(old) to \(new), and is \(claims[index]) (spec D12, D13)")
        }
        setClaim(index, new)
        if new == .none, owners[index] == .driver { returnable += 1 }
    }

    func setReported(_ run: PageRun, _ value: Bool) {
        for page in run.start..<run.end {
            guard let index = index(page) else { return fail("page \(page) in a report is none of ours") }
            if value, owners[index] != .isolated { fail("page \(page) is reported and belongs to \(owners[index])") }
            if value, reported[index] { fail("page \(page) is reported twice at a time") }
            reported[index] = value
        }
    }

    /// The device was reset: it has no claims any more.
    func forgetClaims() {
        for index in 0..<Int(frames.count) {
            if claims[index] != .none || owners[index] == .driver { setClaim(index, .none) }
            reported[index] = false
        }
        returnable = counts[Int(Owner.driver.rawValue)]
    }

    /// The host takes a page's memory: what was in it is lost.
    func discard(_ run: PageRun) {
        for page in run.start..<run.end {
            guard let index = index(page) else { return fail("page \(page) is discarded and none of ours") }
            if owners[index] != .driver, owners[index] != .isolated {
                fail("page \(page) is discarded and belongs to \(owners[index])")
            }
            contents[index] = 0
        }
    }

    // MARK: - Contents

    func fill(_ run: PageRun, _ value: UInt32) {
        for page in run.start..<run.end {
            guard let index = index(page) else { return fail("page \(page) is filled and none of ours") }
            if owners[index] != .driver, owners[index] != .isolated { fail("page \(page) is filled and not held") }
            contents[index] = value
        }
    }

    func contents(of page: UInt64) -> UInt32? { index(page).map { contents[$0] } }
}
