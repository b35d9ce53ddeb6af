/// Gives every distinct label a number while rows arrive, and the final order at the end.
///
/// Train rows go first; after `seal` the classes are sorted and only known ones are accepted, so
/// that a test file cannot bring a class nobody could have learnt.
struct ClassCollector {
    /// What became of one label.
    enum Outcome {
        case index(Int32)
        case unknown
        case tooMany
    }

    private static let smallIntegers = 1_024
    private let maximumClasses: Int
    private var isSealed = false
    private var names: [String] = []
    private var integers: [Int64?] = []
    private var smallIndices = [Int32](repeating: -1, count: smallIntegers)
    /// Only ever asked by key, so its order never matters.
    private var indices: [String: Int32] = [:]

    init(maximumClasses: Int) {
        self.maximumClasses = maximumClasses
    }

    /// Class names in their final order; meaningful once sealed.
    var classNames: [String] { names }

    /// The index of a label that is written as an integer.
    mutating func index(ofInteger value: Int64) -> Outcome {
        if value >= 0, value < Int64(Self.smallIntegers) {
            let known = smallIndices[Int(value)]
            if known >= 0 {
                return .index(known)
            }
        }
        return lookUp(String(value), integer: value)
    }

    /// The index of any label; canonical integers (no `+`, no leading zeros) count as integers.
    mutating func index(ofText text: String) -> Outcome {
        if let value = Int64(text), String(value) == text {
            return index(ofInteger: value)
        }
        return lookUp(text, integer: nil)
    }

    private mutating func lookUp(_ name: String, integer: Int64?) -> Outcome {
        if let known = indices[name] {
            return .index(known)
        }
        if isSealed {
            return .unknown
        }
        if names.count >= maximumClasses {
            return .tooMany
        }
        let index = Int32(names.count)
        names.append(name)
        integers.append(integer)
        remember(name, integer: integer, index: index)
        return .index(index)
    }

    private mutating func remember(_ name: String, integer: Int64?, index: Int32) {
        indices[name] = index
        if let integer, integer >= 0, integer < Int64(Self.smallIntegers) {
            smallIndices[Int(integer)] = index
        }
    }

    /// Sorts the classes, rewrites the labels given so far, and refuses new classes from now on.
    mutating func seal(rewriting labels: inout [Int32]) {
        let allIntegers = integers.allSatisfy { $0 != nil }
        let order = names.indices.sorted { left, right in
            if allIntegers, let leftValue = integers[left], let rightValue = integers[right] {
                return leftValue < rightValue
            }
            return names[left].utf8.lexicographicallyPrecedes(names[right].utf8)
        }
        var newIndices = [Int32](repeating: 0, count: order.count)
        for (new, old) in order.enumerated() {
            newIndices[old] = Int32(new)
        }
        for row in labels.indices {
            labels[row] = newIndices[Int(labels[row])]
        }
        names = order.map { names[$0] }
        integers = order.map { integers[$0] }
        for (index, name) in names.enumerated() {
            remember(name, integer: integers[index], index: Int32(index))
        }
        isSealed = true
    }

    /// Names for a message: the first few classes, and how many there are.
    var summary: String {
        let shown = names.prefix(8).map { DataFinding.printable($0) }.joined(separator: ", ")
        return names.count > 8 ? "\(shown), … (\(names.count) classes)" : shown
    }
}
