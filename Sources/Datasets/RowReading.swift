/// What reading the rows of one table needs at hand: the parts of the layout as plain arrays.
struct RowReading: ~Copyable {
    /// Line numbers of the rows kept, wanted where rows are predicted.
    final class Lines {
        private(set) var numbers: [Int] = []

        func add(_ line: Int) { numbers.append(line) }
    }

    let collector: RowCollector
    let columns: TableColumns
    let names: [String]
    let roles: UnsafeMutablePointer<CSVLayout.Role>
    let slots: UnsafeMutablePointer<Int>
    let columnCount: Int
    let featureCount: Int
    let labelColumn: Int?
    let target: TargetKind
    let hasWeights: Bool
    let keepsLines: Bool
    let lines = Lines()

    init(
        _ layout: CSVLayout, _ columns: TableColumns, _ collector: RowCollector,
        target: TargetKind = .classes, keepsLines: Bool = false
    ) {
        self.collector = collector
        self.columns = columns
        self.target = layout.labelColumn == nil ? .none : target
        self.keepsLines = keepsLines
        names = layout.columnNames
        columnCount = layout.roles.count
        featureCount = layout.featureCount
        labelColumn = layout.labelColumn
        hasWeights = layout.roles.contains(.weight)
        roles = .allocate(capacity: layout.roles.count)
        roles.initialize(from: layout.roles, count: layout.roles.count)
        slots = .allocate(capacity: layout.slots.count)
        slots.initialize(from: layout.slots, count: layout.slots.count)
    }

    deinit {
        roles.deallocate()
        slots.deallocate()
    }
}
