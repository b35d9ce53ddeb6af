/// Adds the contributions to one shard in the order of the reduction tree, whatever order they
/// arrive in, and averages them.
///
/// A contribution is the sum over the replicas of one node. Any set of contributions that contains
/// an exact cover of all replicas completes the sum, with the same bits. Neighbours are added as
/// soon as both are there, so at most `ceil(R / 2)` buffers are held; they are allocated at first
/// need and kept for later rounds. One thread at a time.
package final class TreeReducer {
    /// Why a contribution was not taken; nothing has changed.
    package enum Refusal: Sendable, Hashable {
        /// The same subtree was taken before.
        case duplicate
        /// Its replicas are already in the sum through other contributions.
        case overlap
        /// It is not a node of the tree.
        case foreignSubtree
        /// It has another number of elements than the shard.
        case wrongElementCount
    }

    /// What became of a contribution.
    package enum Acceptance: Sendable, Hashable {
        /// Taken; others are still missing.
        case accepted
        /// Taken, and the sum over all replicas is there.
        case complete
        /// Not taken.
        case refused(Refusal)
    }

    /// How long the memory of a contribution stays as it is.
    package enum Lifetime: Sendable, Hashable {
        /// During the call only: it is copied when its neighbour is not there yet.
        case call
        /// Until `reset` or the end of the reducer: it is never copied, and never written to.
        case round
    }

    /// Elements of the shard.
    package let elementCount: Int
    /// The tree whose order is followed.
    package let tree: ReductionTree

    private let scale: Float
    private var nodes: [Node]
    private var buffers: [UnsafeMutablePointer<Float>] = []
    private var freeBuffers: [UnsafeMutablePointer<Float>] = []

    /// A node of the tree in pre-order: the left child follows it, then the right one.
    private struct Node {
        let subtree: ReductionTree.Subtree
        let left: Int
        let right: Int
        let parent: Int
        var value: Value?
        var wasContributed = false
    }

    private enum Value {
        case owned(UnsafeMutablePointer<Float>)
        case borrowed(UnsafePointer<Float>)

        var elements: UnsafePointer<Float> {
            switch self {
            case .owned(let buffer): UnsafePointer(buffer)
            case .borrowed(let buffer): buffer
            }
        }
    }

    /// A reducer for a shard of `elementCount` >= 0 elements; the sum over all replicas is
    /// multiplied once by `scale`, 1 / R when there is none.
    package init(tree: ReductionTree, elementCount: Int, scale: Float? = nil) {
        precondition(elementCount >= 0, "negative element count")
        self.tree = tree
        self.elementCount = elementCount
        self.scale = scale ?? 1 / Float(tree.replicaCount)
        nodes = []
        nodes.reserveCapacity(2 * tree.replicaCount - 1)
        appendNodes(tree.root, parent: -1)
    }

    deinit {
        for buffer in buffers { buffer.deallocate() }
    }

    /// How many buffers were allocated so far, each of `elementCount` elements.
    package var allocatedBufferCount: Int { buffers.count }

    /// Whether the sum over all replicas is there.
    package var isComplete: Bool { nodes[0].value != nil }

    /// The largest subtrees of which nothing has been taken yet, in replica order.
    package var missing: [ReductionTree.Subtree] {
        var found: [ReductionTree.Subtree] = []
        collectMissing(0, into: &found)
        return found
    }

    /// Takes the sum over the replicas of a subtree: `elementCount` elements.
    ///
    /// A contribution that holds more replicas than smaller ones taken before it replaces them, so
    /// that a duplicated replica cannot block the worker that sends it together with others.
    package func accept(
        _ subtree: ReductionTree.Subtree,
        _ contribution: UnsafeBufferPointer<Float>,
        lifetime: Lifetime = .call
    ) -> Acceptance {
        guard tree.isNode(subtree) else { return .refused(.foreignSubtree) }
        guard contribution.count == elementCount else { return .refused(.wrongElementCount) }
        var place = 0
        while nodes[place].value == nil && nodes[place].subtree != subtree {
            let right = nodes[place].right
            place =
                subtree.lowerBound < nodes[right].subtree.lowerBound ? nodes[place].left : right
        }
        guard nodes[place].value == nil else {
            return .refused(wasContributed(subtree, at: place) ? .duplicate : .overlap)
        }
        releaseDescendants(of: place)
        nodes[place].wasContributed = true
        // An empty contribution may have no address.
        let value = contribution.baseAddress.map(Value.borrowed) ?? .owned(takeBuffer())
        add(value, at: place, lifetime: lifetime)
        return isComplete ? .complete : .accepted
    }

    /// Writes the average: the sum over all replicas times the scale, `elementCount` elements.
    ///
    /// Only after `complete`; `average` may not overlap a contribution still needed elsewhere.
    package func finish(into average: UnsafeMutablePointer<Float>) {
        guard let sum = nodes[0].value else {
            preconditionFailure("the sum over all replicas is not complete")
        }
        VectorArithmetic.scale(
            sum.elements,
            by: scale,
            into: average,
            count: elementCount
        )
    }

    /// Forgets all contributions and makes ready for the next round; buffers are kept.
    package func reset() {
        for place in nodes.indices {
            nodes[place].value = nil
            nodes[place].wasContributed = false
        }
        freeBuffers = buffers
    }
}

extension TreeReducer {
    private func appendNodes(_ subtree: ReductionTree.Subtree, parent: Int) {
        let place = nodes.count
        guard let (left, right) = tree.children(of: subtree) else {
            nodes.append(Node(subtree: subtree, left: -1, right: -1, parent: parent))
            return
        }
        // A subtree of n replicas has 2n - 1 nodes.
        let rightPlace = place + 2 * (left.upperBound - left.lowerBound)
        nodes.append(Node(subtree: subtree, left: place + 1, right: rightPlace, parent: parent))
        appendNodes(left, parent: place)
        appendNodes(right, parent: place)
    }

    private func collectMissing(_ place: Int, into found: inout [ReductionTree.Subtree]) {
        let node = nodes[place]
        guard node.value == nil else { return }
        if descendants(of: place).allSatisfy({ nodes[$0].value == nil }) {
            found.append(node.subtree)
        } else {
            collectMissing(node.left, into: &found)
            collectMissing(node.right, into: &found)
        }
    }

    private func descendants(of place: Int) -> Range<Int> {
        let subtree = nodes[place].subtree
        return place + 1..<place + 2 * (subtree.upperBound - subtree.lowerBound) - 1
    }

    /// Whether this very subtree, at or below a node that holds a value, was taken before.
    private func wasContributed(_ subtree: ReductionTree.Subtree, at place: Int) -> Bool {
        nodes[place...].first { $0.subtree == subtree }?.wasContributed ?? false
    }

    private func releaseDescendants(of place: Int) {
        for descendant in descendants(of: place) {
            if case .owned(let buffer) = nodes[descendant].value { freeBuffers.append(buffer) }
            nodes[descendant].value = nil
        }
    }

    /// Adds a value to its neighbour's and goes on upwards while neighbours are there.
    private func add(_ contribution: Value, at start: Int, lifetime: Lifetime) {
        var place = start
        var value = contribution
        while let neighbour = takeNeighbour(of: place) {
            value = .owned(sum(value, neighbour))
            place = nodes[place].parent
        }
        if case .borrowed(let elements) = value, lifetime == .call {
            let copy = takeBuffer()
            copy.update(from: elements, count: elementCount)
            value = .owned(copy)
        }
        nodes[place].value = value
    }

    /// The sum of two neighbours, over one that belongs to the reducer if there is one. Which of
    /// them is the left one does not matter: a single addition commutes, only grouping has bits.
    private func sum(_ first: Value, _ second: Value) -> UnsafeMutablePointer<Float> {
        switch (first, second) {
        case (.owned(let target), .owned(let spare)):
            VectorArithmetic.accumulate(spare, into: target, count: elementCount)
            freeBuffers.append(spare)
            return target
        case (.owned(let target), .borrowed(let other)), (.borrowed(let other), .owned(let target)):
            VectorArithmetic.accumulate(other, into: target, count: elementCount)
            return target
        case (.borrowed(let left), .borrowed(let right)):
            let target = takeBuffer()
            VectorArithmetic.add(left, right, into: target, count: elementCount)
            return target
        }
    }

    private func takeNeighbour(of place: Int) -> Value? {
        let parent = nodes[place].parent
        guard parent >= 0 else { return nil }
        let isLeft = nodes[parent].left == place
        let neighbour = isLeft ? nodes[parent].right : nodes[parent].left
        defer { nodes[neighbour].value = nil }
        return nodes[neighbour].value
    }

    private func takeBuffer() -> UnsafeMutablePointer<Float> {
        if let buffer = freeBuffers.popLast() { return buffer }
        let buffer = UnsafeMutablePointer<Float>.allocate(capacity: max(elementCount, 1))
        buffer.initialize(repeating: 0, count: max(elementCount, 1))
        buffers.append(buffer)
        return buffer
    }
}
