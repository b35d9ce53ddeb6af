import Averaging
import Testing

struct ShardPlanTests {
    @Test func shardsCoverTheBufferInOrderOnAlignedBounds() {
        for elements in [0, 1, 63, 64, 65, 127, 128, 1000, 4096, 203_530, Int.max] {
            for members in [1, 2, 3, 7, 16, 100] {
                let plan = ShardPlan(elementCount: elements, memberCount: members)
                var end = 0
                var sizes: [Int] = []
                for member in 0..<members {
                    let range = plan.range(of: member)
                    #expect(range.lowerBound == end)
                    #expect(end % 64 == 0 || end == elements)
                    end = range.upperBound
                    sizes.append(range.count)
                }
                #expect(end == elements)
                #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 127)
            }
        }
    }

    @Test func surplusMembersOwnNothing() {
        let plan = ShardPlan(elementCount: 70, memberCount: 4)
        #expect((0..<4).map { plan.range(of: $0) } == [0..<64, 64..<70, 70..<70, 70..<70])
    }
}
