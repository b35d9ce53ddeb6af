/// Which part of a flat buffer each member of a term owns, sums and sends to the others.
///
/// Shards are contiguous, in member order, and cover the buffer. Bounds are multiples of
/// `alignment` elements but for the end of the buffer; sizes differ by at most one such unit, and
/// some shards are empty when there are more members than units.
package struct ShardPlan: Sendable, Equatable {
    /// Elements a shard bound is a multiple of: 256 bytes of Float, a whole number of cache lines.
    package static let alignment = 64

    /// Elements of the whole buffer.
    package let elementCount: Int
    /// How many members share the buffer.
    package let memberCount: Int

    /// The plan for `elementCount` >= 0 elements and `memberCount` >= 1 members.
    package init(elementCount: Int, memberCount: Int) {
        precondition(elementCount >= 0, "negative element count")
        precondition(memberCount >= 1, "a shard plan needs at least one member")
        self.elementCount = elementCount
        self.memberCount = memberCount
    }

    /// The elements that a member in 0..<memberCount owns.
    package func range(of member: Int) -> Range<Int> {
        precondition(member >= 0 && member < memberCount, "no such member")
        return bound(member)..<bound(member + 1)
    }

    private func bound(_ member: Int) -> Int {
        let isRagged = elementCount % Self.alignment != 0
        let units = elementCount / Self.alignment + (isRagged ? 1 : 0)
        // The first `units % memberCount` members get one unit more.
        let unit = member * (units / memberCount) + min(member, units % memberCount)
        return unit == units ? elementCount : unit * Self.alignment
    }
}
