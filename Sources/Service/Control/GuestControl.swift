package import ControlAPI

/// What the HTTP API may ask of the guests. The reactor's side implements it; tests give a double.
///
/// Every call may be made from any task; answers are bytes, seconds and sentences ready for people.
package protocol GuestControl: Sendable {
    /// All guests, in the order of their configuration.
    func statuses() async -> [GuestStatus]
    func status(of name: String) async throws(ControlError) -> GuestStatus
    /// Asks for another size. Before the driver is there the request is kept, and the message says so.
    func set(_ request: SizeRequest, of name: String) async throws(ControlError) -> Accepted
    func setStatisticsInterval(_ request: StatisticsRequest, of name: String) async throws(ControlError) -> Accepted
    /// Asks the guest for statistics now and answers when they are there, or when the deadline has passed.
    func refreshStatistics(of name: String) async throws(ControlError) -> GuestStatus
    /// Pumps the guest's free memory to the host and returns to the target. Answers as soon as it has begun.
    func reclaim(_ name: String) async throws(ControlError) -> Accepted
    /// Serves one more guest. Refused with the arithmetic where its reservation does not fit into the budget.
    func add(_ configuration: GuestConfiguration) async throws(ControlError) -> Accepted
    /// Lets a guest go; refused while its VMM is connected.
    func remove(_ name: String) async throws(ControlError) -> Accepted
    /// How the host's memory is shared; `nil`: there is no budget.
    func budget() async -> BudgetStatus?
    /// Chooses another budget. Refused with the arithmetic where what is reserved does not fit into it.
    func setBudget(_ size: BudgetSize) async throws(ControlError) -> BudgetStatus
    /// Chooses what becomes of decisions.
    func setMode(_ mode: BudgetMode) async throws(ControlError) -> BudgetStatus
    /// What would happen now; with a need, if that guest needed to see so much.
    func plan(_ need: (guest: String, sees: ByteSize)?) async throws(ControlError) -> BudgetPlan
    /// Asks which pages are free (free page hinting); counts them and discards nothing.
    func hint(_ name: String) async throws(ControlError) -> Accepted
}
