/// The number of a submitted job: assigned by the scheduler in order of acceptance, never reused.
package struct JobID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The number itself; the first job of a ledger is 1.
    package let number: UInt64

    /// Makes the id with the given number.
    package init(_ number: UInt64) {
        self.number = number
    }

    /// Orders by acceptance.
    package static func < (left: JobID, right: JobID) -> Bool {
        left.number < right.number
    }

    /// The number in decimal.
    package var description: String { String(number) }
}

/// The name a worker daemon registers under; one registered node per id.
package struct NodeID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The longest name accepted, in UTF-8 bytes.
    package static let longest = 63

    /// The name: letters, digits, `-`, `_` and `.`.
    package let name: String

    /// Makes the id without checking; for names that were checked at a door.
    package init(_ name: String) {
        self.name = name
    }

    /// Makes the id of a name from outside, or nothing when it breaks the rule of ``name``.
    package init?(checking name: String) {
        let legal = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard legal, !name.isEmpty, name.utf8.count <= NodeID.longest else { return nil }
        self.name = name
    }

    /// Orders by name, so that every decision that walks nodes is repeatable.
    package static func < (left: NodeID, right: NodeID) -> Bool { left.name < right.name }

    /// The name.
    package var description: String { name }
}

/// One life of a node's or scheduler's process: the host's boot and a number drawn at start.
package struct Incarnation: Hashable, Sendable {
    /// The host's boot id, as the kernel states it.
    package let bootID: String
    /// Drawn by the process at its start; differs between two lives under one boot.
    package let life: UInt64

    /// Makes an incarnation.
    package init(bootID: String, life: UInt64) {
        self.bootID = bootID
        self.life = life
    }
}

/// One membership of a training job: bumped by every membership change and by nothing else.
package struct Term: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The number; the first term of an attempt's life is 1, 0 means none yet.
    package let number: UInt64

    /// Makes the term with the given number.
    package init(_ number: UInt64) {
        self.number = number
    }

    /// The term before the first.
    package static let none = Term(0)

    /// The term after this one.
    package var next: Term { Term(number + 1) }

    /// Later terms are greater.
    package static func < (left: Term, right: Term) -> Bool { left.number < right.number }

    /// The number in decimal.
    package var description: String { String(number) }
}

/// One try of a job from its beginning; fences results and artifacts of earlier tries.
package struct AttemptID: Hashable, Sendable {
    /// The job tried.
    package let job: JobID
    /// How often the job was started from its beginning; the first is 1.
    package let number: UInt32

    /// Makes the id of a try.
    package init(job: JobID, number: UInt32) {
        self.job = job
        self.number = number
    }
}
