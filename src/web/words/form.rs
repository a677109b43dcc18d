//! Words of every form.

use super::area;

area!(
    /// Words of every form.
    Form {
        refused: "Not done yet. What is wrong stands beside the field.", "尚未完成，问题标在相应的填写项旁。";
        optional: "optional", "选填";
        reason: "Reason", "理由";
        reason_hint: "3 to 2,000 characters; people read it.", "3 到 2000 个字符，当事人会看到。";
        save: "Save", "保存";
        cancel: "Cancel", "取消";
        sure: "This cannot be taken back.", "此操作无法撤销。";
        undoable: "You can undo this.", "可以撤销。";
        done: "Done.", "已完成。";
        filter: "Filter", "筛选";
        sort: "Sort by", "排序";
        download_csv: "As CSV", "下载 CSV";
        download_xlsx: "As XLSX", "下载 XLSX";
        time_hint: "On the event's clock:", "按赛事时间：";
    }
);
