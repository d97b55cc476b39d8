/** 文书和清单。 */
export const papers = {
  title: '文书', lead: '中文为主、附英文，A4；每次打印都记入操作日志。',
  notice: '通知书（PDF）', closing: '结案通知书（PDF）', order: '维修告知书（PDF）', report: '检验报告（PDF）', decision: '决定书（PDF）',
  list: '导出 Excel',
}

export const paperVerbs = { 'document-printed': '打印文书', 'list-exported': '导出清单' }
